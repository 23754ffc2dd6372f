import { Body, Controller, Get, Param, ParseIntPipe, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Durable } from 'nestjs-persistence';
import { type Page, pageOf } from '../http/page.dto';
import { CourseQuery, CourseWithLessons, NewCourse, NewLesson } from './course.dto';
import { Course } from './course.entity';
import { CoursesService } from './courses.service';
import { Lesson } from './lesson.entity';

@ApiTags('courses')
@ApiServiceUnavailableResponse({
  description: 'Not stored, or the database was busy for too long: code and hint say why.',
})
@Controller('courses')
export class CoursesController {
  constructor(private readonly courses: CoursesService) {}

  @Durable()
  @Post()
  @ApiOperation({ summary: 'Create a course, with lessons if given, in one transaction' })
  @ApiCreatedResponse({ type: CourseWithLessons })
  create(@Body() body: NewCourse): Promise<CourseWithLessons> {
    return this.courses.create(body);
  }

  @Get()
  @ApiOperation({ summary: 'All courses, or those with a part of a title, page by page' })
  @ApiOkResponse({ type: pageOf(Course) })
  list(@Query() query: CourseQuery): Promise<Page<Course>> {
    return this.courses.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One course with its lessons' })
  @ApiOkResponse({ type: CourseWithLessons })
  @ApiNotFoundResponse({ description: 'COURSE_UNKNOWN' })
  get(@Param('id', ParseIntPipe) id: number): Promise<CourseWithLessons> {
    return this.courses.get(id);
  }

  @Durable()
  @Post(':id/lessons')
  @ApiOperation({ summary: 'Add a lesson to a course' })
  @ApiCreatedResponse({ type: Lesson })
  @ApiNotFoundResponse({ description: 'COURSE_UNKNOWN' })
  addLesson(@Param('id', ParseIntPipe) id: number, @Body() body: NewLesson): Promise<Lesson> {
    return this.courses.addLesson(id, body);
  }
}
