import { describe, expect, test } from 'vitest'
import { TenonError } from '../errors/index.ts'
import { faultsOf, malformed } from './structure.ts'

describe('faultsOf', () => {
  test('gives the faults of a refused document', () => {
    let thrown: unknown
    try {
      malformed(['nodes', 0], 'must be an object')
    } catch (error) {
      thrown = error
    }
    expect(faultsOf(thrown)).toMatchObject([{ path: ['nodes', 0], message: 'must be an object' }])
  })

  test.each([new RangeError('too deep'), new TenonError('UNAVAILABLE', 'away')])('throws %s again', (error) => {
    expect(() => faultsOf(error)).toThrow(error)
  })
})
