// oxlint-disable typescript/consistent-type-imports -- Nest reads the types of constructor parameters at run time
import { Body, Controller, Get, Post } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { SyncService } from 'nestjs-persistence';
import { Repository } from 'typeorm';
import { User } from './user.entity';

@Controller('users')
export class UsersController {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly sync: SyncService,
  ) {}

  @Post()
  async create(@Body() { name }: { name: string }): Promise<User> {
    const user = await this.users.save({ name });
    await this.sync.flush(); // resolves when everything committed so far is stored
    return user;
  }

  @Get()
  list(): Promise<User[]> {
    return this.users.find();
  }
}
