import { node, workflow } from '@tenon/core/testing'
import { expect, test } from 'vitest'
import { compareDocuments } from './compare-documents.ts'
import { mergeDocuments } from './merge-documents.ts'

test('the picture of a comparison has what is gone below what is there, and marks each difference', () => {
  const before = workflow([node('start', 'start'), node('old', 'step'), node('b', 'step')], ['start>old', 'old>b'])
  const after = workflow([node('start', 'start'), node('new', 'step'), node('b', 'stop')], ['start>new', 'new>b'])
  const { document, marks } = mergeDocuments(after, compareDocuments(before, after))
  expect(document.nodes.map(({ id }) => id)).toEqual(['old', 'start', 'new', 'b'])
  expect(document.nodes.at(-1)?.type).toBe('stop')
  expect(document.edges.map(({ source, target }) => `${source} ${target}`)).toEqual([
    'start old',
    'old b',
    'start new',
    'new b',
  ])
  const [gone, goneNext, made, madeNext] = document.edges.map(({ id }) => id)
  expect(Object.fromEntries(marks)).toEqual({
    old: 'removed',
    new: 'added',
    b: 'changed',
    [gone ?? '']: 'removed',
    [goneNext ?? '']: 'removed',
    [made ?? '']: 'added',
    [madeNext ?? '']: 'added',
  })
})

test('equal documents give the document itself, without marks', () => {
  const document = workflow([node('start', 'start'), node('b', 'stop')], ['start>b'])
  const merged = mergeDocuments(document, compareDocuments(document, document))
  expect(merged).toEqual({ document, marks: new Map() })
})
