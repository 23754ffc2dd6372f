import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsNumber, Max, Min } from 'class-validator';

const ID_MAX = Number.MAX_SAFE_INTEGER;

export class NewEnrolment {
  @ApiProperty()
  @IsInt()
  @Min(1)
  @Max(ID_MAX)
  userId!: number;

  @ApiProperty()
  @IsInt()
  @Min(1)
  @Max(ID_MAX)
  courseId!: number;
}

export class NewProgress {
  @ApiProperty()
  @IsInt()
  @Min(1)
  @Max(ID_MAX)
  userId!: number;

  @ApiProperty()
  @IsInt()
  @Min(1)
  @Max(ID_MAX)
  lessonId!: number;

  @ApiProperty({ example: 80, minimum: 0, maximum: 1_000_000 })
  @IsNumber()
  @Min(0)
  @Max(1_000_000)
  score!: number;
}
