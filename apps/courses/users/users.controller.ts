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
  ApiTags,
} from '@nestjs/swagger';
import { SyncService } from 'nestjs-persistence';
import { type Page, pageOf, PageQuery } from '../http/page.dto';
import { NewUser } from './user.dto';
import { User } from './user.entity';
import { UsersService } from './users.service';

@ApiTags('users')
@Controller('users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly sync: SyncService,
  ) {}

  /** Creates a user. The answer leaves only after the commit is stored. */
  @Post()
  @ApiCreatedResponse({ type: User })
  @ApiConflictResponse({ description: 'EMAIL_TAKEN' })
  async create(@Body() body: NewUser): Promise<User> {
    const user = await this.users.create(body);
    await this.sync.flush();
    return user;
  }

  @Get()
  @ApiOkResponse({ type: pageOf(User) })
  list(@Query() query: PageQuery): Promise<Page<User>> {
    return this.users.list(query);
  }

  @Get(':id')
  @ApiOkResponse({ type: User })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN' })
  get(@Param('id', ParseIntPipe) id: number): Promise<User> {
    return this.users.get(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'Gone, with enrolments and progress.' })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN' })
  async remove(@Param('id', ParseIntPipe) id: number): Promise<void> {
    await this.users.remove(id);
    await this.sync.flush();
  }
}
