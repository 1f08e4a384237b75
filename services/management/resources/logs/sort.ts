import { z } from 'zod';
import { INDEXED_LOG_FIELDS, type LogSort } from '../../../../shared/store/logs.ts';

const SORT_FIELDS = ['date', 'log_id', ...INDEXED_LOG_FIELDS] as const;

/** `date:-1`: a member and `1` for ascending, `-1` for descending order. */
export const sortQuery = z
  .string()
  .regex(
    new RegExp(`^(${SORT_FIELDS.join('|')}):(-?1)$`),
    `must be one of ${SORT_FIELDS.join(', ')}, with :1 or :-1 after it, as in date:-1`,
  )
  .transform((text): LogSort => {
    const [field, order] = text.split(':');
    return { field: field as LogSort['field'], order: order === '1' ? 1 : -1 };
  });

export const NEWEST_FIRST: LogSort = { field: 'date', order: -1 };
export const OLDEST_FIRST: LogSort = { field: 'log_id', order: 1 };
