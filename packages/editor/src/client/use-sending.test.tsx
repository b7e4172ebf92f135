// @vitest-environment jsdom
import { act, renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'
import { useSending } from './use-sending.ts'

test('sends one request at a time, and keeps the error of the last one', async () => {
  const failures: unknown[] = []
  const { result } = renderHook(() => useSending((error) => failures.push(error)))
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  let requests = 0
  const request = () => {
    requests += 1
    return ended
  }
  const { send } = result.current
  let both: Promise<unknown> = Promise.resolve()
  // Both clicks of a double click come before the next render.
  act(() => {
    both = Promise.all([send(request), send(request)])
  })
  expect([requests, result.current.isSending]).toEqual([1, true])
  end()
  await act(() => both)
  expect(result.current).toMatchObject({ isSending: false, failure: null })

  const error = new Error('away')
  await act(() => result.current.send(() => Promise.reject(error)))
  expect([result.current.isSending, result.current.failure, failures]).toEqual([false, { error }, [error]])
  act(() => result.current.reset())
  expect(result.current.failure).toBeNull()
})
