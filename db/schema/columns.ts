import { customType, integer, timestamp } from 'drizzle-orm/pg-core';

/** Transaction id of the writer; what makes events readable in commit order. */
export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' });

export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** Columns every mutable noun has; `version` rises with each save and guards against lost updates. */
export const kept = {
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
  version: integer('version').notNull().default(1),
};
