import { join } from 'node:path'
import { readSources } from '../../gates/lib/sources.mjs'

/**
 * Lists test files by what they need: something that this machine may lack, so that they can be left out by name, or a
 * DOM (jsdom).
 *
 * @param {string} root
 * @returns {{ postgres: string[], chromium: string[], dom: string[] }} paths relative to root
 */
export function testsThatNeed(root) {
  const tests = [...readSources(join(root, 'packages'), ['.test.ts', '.test.tsx'])]
  const needs = (/** @type {(path: string, text: string) => boolean} */ rule) =>
    tests.filter(([path, text]) => rule(path, text)).map(([path]) => `packages/${path}`)
  return {
    postgres: needs((_path, text) =>
      /startTestPostgres|openChaosGround|setUpAttacks|TEST_DATABASES|openTestDatabase\('Postgres'\)/.test(text),
    ),
    chromium: needs((path) => path.startsWith('editor/test/browser/')),
    dom: needs((_path, text) => text.startsWith('// @vitest-environment jsdom')),
  }
}
