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
import { SyncService } from 'nestjs-persistence';
import { type Page, pageOf, PageQuery } from '../http/page.dto';
import { NewUser } from './user.dto';
import { User } from './user.entity';
import { UsersService } from './users.service';

@ApiTags('users')
@ApiServiceUnavailableResponse({ description: 'Not stored: code and hint say why.' })
@Controller('users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly sync: SyncService,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Create a user' })
  @ApiCreatedResponse({ type: User })
  @ApiConflictResponse({ description: 'EMAIL_TAKEN' })
  async create(@Body() body: NewUser): Promise<User> {
    const user = await this.users.create(body);
    await this.sync.flush();
    return user;
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

  @Delete(':id')
  @ApiOperation({ summary: 'Delete a user, with enrolments and progress' })
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'Gone, with enrolments and progress.' })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN' })
  async remove(@Param('id', ParseIntPipe) id: number): Promise<void> {
    await this.users.remove(id);
    await this.sync.flush();
  }
}
