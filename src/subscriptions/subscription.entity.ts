import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { User } from '../users/user.entity.js';

/** Somebody follows an author. */
@Entity('subscriptions')
@Index('subscriptions_author_subscriber', ['authorId', 'subscriberId'], { unique: true })
@Index('subscriptions_subscriber', ['subscriberId', 'createdAt', 'id'])
export class Subscription {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  authorId: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn()
  author: User;

  @Column('uuid')
  subscriberId: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn()
  subscriber: User;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt: Date;
}
