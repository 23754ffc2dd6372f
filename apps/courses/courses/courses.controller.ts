import { Body, Controller, Get, Param, ParseIntPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNotFoundResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SyncService } from 'nestjs-persistence';
import { type Page, pageOf } from '../http/page.dto';
import { CourseQuery, CourseWithLessons, NewCourse, NewLesson } from './course.dto';
import { Course } from './course.entity';
import { CoursesService } from './courses.service';
import { Lesson } from './lesson.entity';

@ApiTags('courses')
@Controller('courses')
export class CoursesController {
  constructor(
    private readonly courses: CoursesService,
    private readonly sync: SyncService,
  ) {}

  /** Creates a course, with lessons if given, in one transaction. The answer leaves only after it is stored. */
  @Post()
  @ApiCreatedResponse({ type: CourseWithLessons })
  async create(@Body() body: NewCourse): Promise<CourseWithLessons> {
    const course = await this.courses.create(body);
    await this.sync.flush();
    return course;
  }

  @Get()
  @ApiOkResponse({ type: pageOf(Course) })
  list(@Query() query: CourseQuery): Promise<Page<Course>> {
    return this.courses.list(query);
  }

  @Get(':id')
  @ApiOkResponse({ type: CourseWithLessons })
  @ApiNotFoundResponse({ description: 'COURSE_UNKNOWN' })
  get(@Param('id', ParseIntPipe) id: number): Promise<CourseWithLessons> {
    return this.courses.get(id);
  }

  /** Adds a lesson. The answer leaves only after it is stored. */
  @Post(':id/lessons')
  @ApiCreatedResponse({ type: Lesson })
  @ApiNotFoundResponse({ description: 'COURSE_UNKNOWN' })
  async addLesson(@Param('id', ParseIntPipe) id: number, @Body() body: NewLesson): Promise<Lesson> {
    const lesson = await this.courses.addLesson(id, body);
    await this.sync.flush();
    return lesson;
  }
}
