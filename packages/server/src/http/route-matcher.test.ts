import { ROUTES } from '@tenon/core/api'
import { describe, expect, test } from 'vitest'
import { createRouteMatcher, normalizeBasePath } from './route-matcher.ts'

describe('createRouteMatcher', () => {
  const match = createRouteMatcher('/auto.mation', Object.values(ROUTES))

  test('finds every route of the table below the base path, and nowhere else', () => {
    for (const route of Object.values(ROUTES)) {
      const path = route.path.replaceAll(/\{[^}]+\}/g, 'a%20b')
      expect(match(`/auto.mation${path}`)?.routes).toContain(route)
      expect(match(path)).toBeNull()
      expect(match(`/autoXmation${path}`)).toBeNull()
      expect(match(`/auto.mation${path}/x/y/z`)).toBeNull()
    }
  })

  test('decodes parameters, and leaves broken escapes as they are', () => {
    expect(match('/auto.mation/workflows/a%2Fb/versions/test%3A1')?.params).toEqual({ id: 'a/b', version: 'test:1' })
    expect(match('/auto.mation/runs/%E0%A4%A')?.params).toEqual({ runId: '%E0%A4%A' })
  })

  test('an empty parameter is no parameter', () => {
    expect(match('/auto.mation/workflows//draft')).toBeNull()
  })
})

describe('normalizeBasePath', () => {
  test.each([
    ['/', ''],
    ['', ''],
    ['automation', '/automation'],
    ['/automation/', '/automation'],
    ['//a/b//', '/a/b'],
    ['/café/{b}', '/caf%C3%A9/%7Bb%7D'],
  ])('%j is %j', (given, normalized) => {
    expect(normalizeBasePath(given)).toBe(normalized)
  })
})
