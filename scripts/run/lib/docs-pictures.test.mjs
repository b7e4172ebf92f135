import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { picturesNamed } from './docs-pictures.mjs'
import { root } from './paths.mjs'

/** @param {readonly string[]} starts */
const names = (...starts) => picturesNamed(starts).map(({ name }) => name)

test('every picture that can be made is in docs/images', () => {
  expect(names().length).toBeGreaterThan(0)
  expect(names().filter((name) => !existsSync(join(root, 'docs/images', `${name}.png`)))).toEqual([])
})

test('pictures are chosen by how their names begin', () => {
  expect(names('run-', 'editor-dark-1440')).toEqual(['editor-dark-1440', 'run-light-1440', 'run-dark-1440'])
})

test('a name that no picture has is refused, also beside names that pictures have', () => {
  expect(() => names('run-', 'rum-', 'gant-')).toThrow(
    /No picture has a name that begins with rum- or gant-; .*gantt-light-1440/,
  )
})
