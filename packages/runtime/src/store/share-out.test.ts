import { describe, expect, test } from 'vitest'
import { shareOut, type WaitingGroup } from './share-out.ts'

const group = (tenantId: string, waiting: number, requiresKey = 'k'): WaitingGroup => ({
  tenantId,
  requiresKey,
  waiting,
})
const quotas = (...args: Parameters<typeof shareOut>) =>
  shareOut(...args).map(({ tenantId, requiresKey, quota }) => `${tenantId}/${requiresKey}: ${quota}`)

describe('shareOut', () => {
  test('gives a quiet tenant its row beside one with a thousand', () => {
    expect(quotas([group('noisy', 1_000), group('quiet', 1)], { capacity: 8 })).toEqual(['noisy/k: 7', 'quiet/k: 1'])
    expect(quotas([group('quiet', 1), group('noisy', 1_000)], { capacity: 1 })).toEqual(['quiet/k: 1'])
  })

  test('serves first who has the least in hand', () => {
    const held = new Map([['noisy', 5]])
    expect(quotas([group('noisy', 9), group('quiet', 9)], { capacity: 5, held })).toEqual(['quiet/k: 5'])
    expect(quotas([group('noisy', 9), group('quiet', 9)], { capacity: 7, held })).toEqual(['noisy/k: 1', 'quiet/k: 6'])
  })

  test('gives shares in relation to weights', () => {
    const weightOf = (tenantId: string) => (tenantId === 'gold' ? 3 : 1)
    expect(quotas([group('gold', 99), group('plain', 99)], { capacity: 8, weightOf })).toEqual([
      'gold/k: 6',
      'plain/k: 2',
    ])
  })

  test('lets the groups of a tenant take turns', () => {
    const groups = [group('a', 9, 'old'), group('a', 1, 'new'), group('b', 2, 'old')]
    expect(quotas(groups, { capacity: 6 })).toEqual(['a/old: 3', 'a/new: 1', 'b/old: 2'])
  })

  test('leaves the reserved share to others, but for one row beyond it', () => {
    const options = { capacity: 8, mostOfTenant: 6 }
    expect(quotas([group('noisy', 99)], options)).toEqual(['noisy/k: 6'])
    expect(quotas([group('noisy', 99)], { ...options, held: new Map([['noisy', 40]]) })).toEqual(['noisy/k: 1'])
    expect(quotas([group('noisy', 99), group('quiet', 9)], { ...options, held: new Map([['noisy', 6]]) })).toEqual([
      'noisy/k: 1',
      'quiet/k: 6',
    ])
  })

  test('gives no more than there is, and nothing without capacity', () => {
    expect(quotas([group('a', 2)], { capacity: 64 })).toEqual(['a/k: 2'])
    expect(quotas([group('a', 2)], { capacity: 0 })).toEqual([])
    expect(quotas([], { capacity: 64 })).toEqual([])
  })
})
