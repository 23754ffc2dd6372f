import { Body, Controller, Get, Param, ParseIntPipe, Post, Put, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiTags,
} from '@nestjs/swagger';
import { SyncService } from 'nestjs-persistence';
import { type Page, pageOf, PageQuery } from '../http/page.dto';
import { Enrolment } from './enrolment.entity';
import { NewEnrolment, NewProgress } from './learning.dto';
import { LearningService } from './learning.service';
import { Progress } from './progress.entity';

@ApiTags('learning')
@Controller()
export class LearningController {
  constructor(
    private readonly learning: LearningService,
    private readonly sync: SyncService,
  ) {}

  /** Enrols a user in a course. The answer leaves only after it is stored. */
  @Post('enrolments')
  @ApiCreatedResponse({ type: Enrolment })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN or COURSE_UNKNOWN' })
  @ApiConflictResponse({ description: 'ALREADY_ENROLLED' })
  async enrol(@Body() body: NewEnrolment): Promise<Enrolment> {
    const enrolment = await this.learning.enrol(body);
    await this.sync.flush();
    return enrolment;
  }

  /** Records a score, replacing an earlier one. The answer leaves only after it is stored. */
  @Put('progress')
  @ApiOkResponse({ type: Progress })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN or LESSON_UNKNOWN' })
  async record(@Body() body: NewProgress): Promise<Progress> {
    const progress = await this.learning.record(body);
    await this.sync.flush();
    return progress;
  }

  @Get('users/:id/enrolments')
  @ApiOkResponse({ type: pageOf(Enrolment) })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN' })
  enrolments(
    @Param('id', ParseIntPipe) userId: number,
    @Query() query: PageQuery,
  ): Promise<Page<Enrolment>> {
    return this.learning.enrolmentsOf(userId, query);
  }

  @Get('users/:id/progress')
  @ApiOkResponse({ type: pageOf(Progress) })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN' })
  progress(
    @Param('id', ParseIntPipe) userId: number,
    @Query() query: PageQuery,
  ): Promise<Page<Progress>> {
    return this.learning.progressOf(userId, query);
  }
}
