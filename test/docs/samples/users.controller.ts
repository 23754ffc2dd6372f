// oxlint-disable typescript/consistent-type-imports -- Nest reads the types of constructor parameters at run time
import { Body, Controller, Get, Post } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Durable } from 'nestjs-persistence';
import { Repository } from 'typeorm';
import { User } from './user.entity';

@Controller('users')
export class UsersController {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  @Durable() // answered when the user is stored
  @Post()
  create(@Body() { name }: { name: string }): Promise<User> {
    return this.users.save({ name });
  }

  @Get()
  list(): Promise<User[]> {
    return this.users.find();
  }
}
