import { Body, Controller, Get, Param, ParseIntPipe, Post, Put, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Durable } from 'nestjs-persistence';
import { type Page, pageOf, PageQuery } from '../http/page.dto';
import { Enrolment } from './enrolment.entity';
import { NewEnrolment, NewProgress } from './learning.dto';
import { LearningService } from './learning.service';
import { Progress } from './progress.entity';

@ApiTags('learning')
@ApiServiceUnavailableResponse({
  description: 'Not stored, or the database was busy for too long: code and hint say why.',
})
@Controller()
export class LearningController {
  constructor(private readonly learning: LearningService) {}

  @Durable()
  @Post('enrolments')
  @ApiOperation({ summary: 'Enrol a user in a course' })
  @ApiCreatedResponse({ type: Enrolment })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN or COURSE_UNKNOWN' })
  @ApiConflictResponse({ description: 'ALREADY_ENROLLED' })
  enrol(@Body() body: NewEnrolment): Promise<Enrolment> {
    return this.learning.enrol(body);
  }

  @Durable()
  @Put('progress')
  @ApiOperation({ summary: 'Record the score of a lesson, replacing an earlier one' })
  @ApiOkResponse({ type: Progress })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN or LESSON_UNKNOWN' })
  record(@Body() body: NewProgress): Promise<Progress> {
    return this.learning.record(body);
  }

  @Get('users/:id/enrolments')
  @ApiOperation({ summary: 'The courses a user takes' })
  @ApiOkResponse({ type: pageOf(Enrolment) })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN' })
  enrolments(
    @Param('id', ParseIntPipe) userId: number,
    @Query() query: PageQuery,
  ): Promise<Page<Enrolment>> {
    return this.learning.enrolmentsOf(userId, query);
  }

  @Get('users/:id/progress')
  @ApiOperation({ summary: 'The scores of a user' })
  @ApiOkResponse({ type: pageOf(Progress) })
  @ApiNotFoundResponse({ description: 'USER_UNKNOWN' })
  progress(
    @Param('id', ParseIntPipe) userId: number,
    @Query() query: PageQuery,
  ): Promise<Page<Progress>> {
    return this.learning.progressOf(userId, query);
  }
}
