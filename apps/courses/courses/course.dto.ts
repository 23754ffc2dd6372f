import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsNotEmpty,
  IsOptional,
  IsString,
  MaxLength,
} from 'class-validator';
import { PageQuery } from '../http/page.dto';
import { Course } from './course.entity';
import { Lesson } from './lesson.entity';

export class NewCourse {
  @ApiProperty({ example: 'Words for the sea', maxLength: 300 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(300)
  title!: string;

  @ApiPropertyOptional({
    type: [String],
    example: ['tide', 'swell'],
    maxItems: 500,
    description: 'Titles of lessons to create with it: all of them or, if one fails, nothing.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(500)
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  @MaxLength(300, { each: true })
  lessons?: string[];
}

export class NewLesson {
  @ApiProperty({ example: 'tide', maxLength: 300 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(300)
  title!: string;
}

export class CourseQuery extends PageQuery {
  @ApiPropertyOptional({
    description: 'Part of a title; capitals of A-Z do not matter.',
    maxLength: 200,
  })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  search?: string;
}

export class CourseWithLessons extends Course {
  @ApiProperty({ type: [Lesson] })
  lessons!: Lesson[];
}
