import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Migration } from '@tenon/runtime/postgres'
import { expect, test } from 'vitest'
import { SERVER_MIGRATIONS } from './server-migrations.ts'

const FILE = join(import.meta.dirname, 'released-migrations.json')

const hashOf = ({ isCompatible = false, up }: Migration): string =>
  createHash('sha256')
    .update(JSON.stringify([isCompatible, up({ schema: 'tenon' })]))
    .digest('hex')

// A database that has a migration does not run it again, so a change of it reaches new databases alone. Constants that a
// migration is made of are a part of it.
test('released migrations stay as they were', () => {
  const migrations: readonly Migration[] = SERVER_MIGRATIONS.migrations
  const hashes = migrations.map((migration) => [migration.name, hashOf(migration)])
  if (process.env.TENON_RELEASE_MIGRATIONS === '1') {
    writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(hashes), null, 2)}\n`)
  }
  const released: Readonly<Record<string, string>> = JSON.parse(readFileSync(FILE, 'utf8'))
  expect(Object.keys(released).length).toBeGreaterThan(0)
  const found = hashes.filter(([name = '']) => Object.hasOwn(released, name))
  expect(found).toEqual(Object.entries(released))
})
