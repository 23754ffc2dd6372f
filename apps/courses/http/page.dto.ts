import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

/** Rows that one answer carries at most: an answer is built in memory, so it has a bound. */
export const PAGE_LIMIT_MAX = 500;

/** `?page=&limit=` of every list. Pages count from 1. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 1_000_000, default: 1 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  page: number = 1;

  @ApiPropertyOptional({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: 20 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(PAGE_LIMIT_MAX)
  limit: number = 20;
}

/** One page of a list, ordered by id, with the number of rows that exist in all. */
export interface Page<T> {
  readonly items: T[];
  readonly total: number;
}

/** The rows to fetch for a page, in TypeORM's terms. */
export function window(query: PageQuery): { skip: number; take: number } {
  return { skip: (query.page - 1) * query.limit, take: query.limit };
}

/** Describes `Page` of a row type on the OpenAPI page, which cannot see generics. */
export function pageOf<T>(row: new () => T): new () => Page<T> {
  class PageOfRows implements Page<T> {
    @ApiProperty({ type: [row] })
    items!: T[];

    @ApiProperty({ description: 'Rows that exist in all.' })
    total!: number;
  }
  Object.defineProperty(PageOfRows, 'name', { value: `PageOf${row.name}` });
  return PageOfRows;
}
