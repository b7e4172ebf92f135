import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkLockfile } from './lib/check-lockfile.mjs'

const own = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8'))

describe('checkLockfile', () => {
  test('accepts the lockfile of this repository', () => {
    expect(checkLockfile(own)).toEqual([])
  })

  test('names an optional package of another platform that is missing', () => {
    const packages = { ...own.packages }
    delete packages['node_modules/@biomejs/cli-win32-x64']
    expect(checkLockfile({ packages })).toEqual([
      'node_modules/@biomejs/biome needs @biomejs/cli-win32-x64, which is missing',
    ])
  })

  test('finds an optional package in a nested folder and in the folders above', () => {
    const packages = {
      'node_modules/a': { optionalDependencies: { 'a-linux': '1', 'a-mac': '1' } },
      'node_modules/a/node_modules/a-linux': {},
      'node_modules/a-mac': {},
    }
    expect(checkLockfile({ packages })).toEqual([])
  })

  test('names a package that is tied to one registry', () => {
    const packages = { 'node_modules/a': { resolved: 'https://registry.example/a.tgz' } }
    expect(checkLockfile({ packages })).toEqual(['node_modules/a names a registry in "resolved"'])
  })
})
