import { Test } from '@nestjs/testing';
import { CredentialsService } from './credentials.service.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { UsersRepository } from './users.repository.js';

describe('CredentialsService', () => {
  const users = { credentials: jest.fn(), setPasswordHash: jest.fn() };
  const passwords = { check: jest.fn(), hash: jest.fn() };
  let credentials: CredentialsService;

  beforeEach(async () => {
    jest.resetAllMocks();
    const module = await Test.createTestingModule({
      providers: [
        CredentialsService,
        { provide: UsersRepository, useValue: users },
        { provide: PasswordsService, useValue: passwords },
      ],
    }).compile();
    credentials = module.get(CredentialsService);
  });

  it('tells who somebody is, and not their hash', async () => {
    users.credentials.mockResolvedValue({ id: 'ada', passwordHash: 'v1:hash', isActive: true });
    passwords.check.mockResolvedValue({ matches: true, outdated: false });
    expect(await credentials.check('Ada', 'right')).toEqual({ id: 'ada', isActive: true });
    expect(passwords.check).toHaveBeenCalledWith('right', 'v1:hash');
    expect(users.setPasswordHash).not.toHaveBeenCalled();
  });

  it('tells of a disabled account too, whose answer comes after the password', async () => {
    users.credentials.mockResolvedValue({ id: 'ada', passwordHash: 'v1:hash', isActive: false });
    passwords.check.mockResolvedValue({ matches: true, outdated: false });
    expect(await credentials.check('ada', 'right')).toEqual({ id: 'ada', isActive: false });
  });

  it.each([
    { name: 'an unknown account', account: undefined },
    { name: 'an account without a password', account: { id: 'ada', passwordHash: null, isActive: true } },
  ])('checks a password for $name too, so that the time is the same', async ({ account }) => {
    users.credentials.mockResolvedValue(account);
    passwords.check.mockResolvedValue({ matches: false, outdated: false });
    expect(await credentials.check('nobody', 'any')).toBeUndefined();
    expect(passwords.check).toHaveBeenCalledWith('any', null);
  });

  it('does not know anybody by a wrong password', async () => {
    users.credentials.mockResolvedValue({ id: 'ada', passwordHash: 'v1:hash', isActive: true });
    passwords.check.mockResolvedValue({ matches: false, outdated: false });
    expect(await credentials.check('ada', 'wrong')).toBeUndefined();
    expect(users.setPasswordHash).not.toHaveBeenCalled();
  });

  it('hashes again at the present cost while the password is at hand', async () => {
    users.credentials.mockResolvedValue({ id: 'ada', passwordHash: 'v1:old', isActive: true });
    passwords.check.mockResolvedValue({ matches: true, outdated: true });
    passwords.hash.mockResolvedValue('v1:new');
    await credentials.check('ada', 'right');
    expect(passwords.hash).toHaveBeenCalledWith('right');
    expect(users.setPasswordHash).toHaveBeenCalledWith('ada', 'v1:new');
  });
});
