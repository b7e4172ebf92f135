import { openMigratedPGlite } from '@tenon/runtime/testing'
import { SERVER_MIGRATIONS } from '../../tables/server-migrations.ts'

/** Opens an empty PGlite in memory with the tables of a server; `migrate` still has to run, and has little to do. */
export function openServerPGlite(): ReturnType<typeof openMigratedPGlite> {
  return openMigratedPGlite(SERVER_MIGRATIONS)
}
