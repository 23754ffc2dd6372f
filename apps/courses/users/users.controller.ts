import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseIntPipe,
  Post,
  Query,
} from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Durable } from 'nestjs-persistence';
import { type Page, pageOf, PageQuery } from '../http/page.dto';
import { NewUser } from './user.dto';
import { User } from './user.entity';
import { UsersService } from './users.service';

@ApiTags('users')
@ApiServiceUnavailableResponse({
  description: 'Not stored, or the database was busy for too long: code and hint say why.',
})
@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Durable()
  @Post()
  @ApiOperation({ summary: 'Create a user' })
  @ApiCreatedResponse({ type: User })
  @ApiConflictResponse({ description: 'EMAIL_TAKEN' })
  create(@Body() body: NewUser): Promise<User> {
    return this.users.create(body);
  }

  @Get()
  @ApiOperation({ summary: 'All users, page by page' })
  @ApiOkResponse({ type: pageOf(User) })
  list(@Query() query: PageQuery): Promise<Page<User>> {
    return this.users.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One user' })
  @ApiOkResponse({ type: User })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN' })
  get(@Param('id', ParseIntPipe) id: number): Promise<User> {
    return this.users.get(id);
  }

  @Durable()
  @Delete(':id')
  @ApiOperation({ summary: 'Delete a user, with enrolments and progress' })
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'Gone, with enrolments and progress.' })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN' })
  remove(@Param('id', ParseIntPipe) id: number): Promise<void> {
    return this.users.remove(id);
  }
}
