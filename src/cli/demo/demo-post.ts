/** One post of the demo data; times are relative to the moment of seeding so that the demo never looks abandoned. */
export interface DemoPost {
  title: string;
  author: 'admin' | 'editor' | 'user';
  tags: string[];
  /** Days before the seeding moment at which it was published; null = still a draft. */
  publishedDaysAgo: number | null;
  /** CommonMark. */
  content: string;
}
