import {
  canary,
  type DatabaseOptions,
  type MigrateOptions,
  migrate,
  migrateRuntime,
  printMigration,
  printRuntimeMigration,
} from '@tenon/runtime/postgres'
import type { Migrate } from '../workflow-server-interface.ts'
import { SERVER_MIGRATIONS } from './server-migrations.ts'
import type { ServerDatabase } from './server-tables.ts'

/** Makes the `migrate` of a server: the tables of the runtime first, which those of the server refer to. */
export function createMigrate(database: ServerDatabase, { appRole }: DatabaseOptions): Migrate {
  const role = appRole === undefined ? {} : { appRole }
  const server: MigrateOptions = { ...SERVER_MIGRATIONS, ...role }
  async function print(): Promise<string> {
    return (await printRuntimeMigration(database, role)) + (await printMigration(database, server))
  }
  async function run(): Promise<void> {
    await migrateRuntime(database, role)
    await migrate(database, server)
    await canary(database)
  }
  // The overloads of `Migrate` say which of the two is answered.
  return ((options?: { readonly print?: true }) => (options?.print === true ? print() : run())) as Migrate
}
