import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { type Page, type PageQuery, window } from '../http/page.dto';
import { conflict, notFound } from '../http/refusal';
import { isDuplicate } from '../http/sqlite-code';
import type { NewUser } from './user.dto';
import { User } from './user.entity';

/** Users in the local database. Committed is not yet stored: the answers of the controllers wait for that (`@Durable()`). */
@Injectable()
export class UsersService {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /** @throws 409 `EMAIL_TAKEN`. The unique index decides, so two equal requests at once cannot both pass. */
  async create({ name, email }: NewUser): Promise<User> {
    try {
      const { identifiers } = await this.users.insert({ name, email });
      return { id: identifiers[0]!['id'] as number, name, email };
    } catch (error) {
      if (isDuplicate(error)) throw conflict('EMAIL_TAKEN', 'A user with this email exists.');
      throw error;
    }
  }

  /** @throws 404 `USER_UNKNOWN` */
  async get(id: number): Promise<User> {
    const user = await this.users.findOneBy({ id });
    if (user === null) throw userUnknown(id);
    return user;
  }

  async list(query: PageQuery): Promise<Page<User>> {
    const [items, total] = await this.users.findAndCount({
      order: { id: 'ASC' },
      ...window(query),
    });
    return { items, total };
  }

  /**
   * Enrolments and progress of the user go with it (foreign keys).
   * @throws 404 `USER_UNKNOWN`
   */
  async remove(id: number): Promise<void> {
    const { affected } = await this.users.delete({ id });
    if (!affected) throw userUnknown(id);
  }
}

export function userUnknown(id: number): Error {
  return notFound('USER_UNKNOWN', `There is no user ${id}.`);
}
