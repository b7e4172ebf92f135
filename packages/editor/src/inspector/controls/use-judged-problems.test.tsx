// @vitest-environment jsdom
import { act, fireEvent, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { InstanceRoot } from '../../shell/instance-root.tsx'
import type { EditorProblem } from '../../store/editor-state.ts'
import { TYPING_PAUSE_MS } from '../../ui/use-typing-pause.ts'
import { useJudgedProblems } from './use-judged-problems.ts'

const problem = (id: string): EditorProblem => ({
  id,
  nodeId: 'a',
  edgeId: null,
  field: ['params', 'text'],
  range: null,
  severity: 'error',
  code: id,
  message: id,
  fixes: [],
})
const [old, fresh] = [problem('OLD'), problem('NEW')]

function open(isTyped = true) {
  const view = renderHook(({ found, value }) => useJudgedProblems(found, value, { isTyped }), {
    initialProps: { found: [old], value: 'a' },
    wrapper: InstanceRoot,
  })
  return {
    ...view,
    ids: () => view.result.current.problems.map(({ id }) => id),
    type: (value: string, found: EditorProblem[]) => view.rerender({ found, value }),
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('useJudgedProblems', () => {
  test('shows no new problem before a pause in typing, and one that is gone no longer', () => {
    const { result, ids, type } = open()
    act(() => result.current.onFocus())
    type('ab', [old])
    type('ab', [old, fresh])
    expect(ids()).toEqual(['OLD'])
    act(() => void vi.advanceTimersByTime(TYPING_PAUSE_MS - 1))
    type('abc', [fresh])
    act(() => void vi.advanceTimersByTime(TYPING_PAUSE_MS - 1))
    expect(ids()).toEqual([])
    act(() => void vi.advanceTimersByTime(1))
    expect(ids()).toEqual(['NEW'])
  })

  test('shows the problem of a choice at once', () => {
    const { result, ids, type } = open(false)
    act(() => result.current.onFocus())
    type('b', [fresh])
    expect(ids()).toEqual(['NEW'])
  })

  test('shows it at once when the field is left, and where another person has typed', () => {
    const { result, ids, type } = open()
    type('ab', [fresh])
    expect(ids()).toEqual(['NEW'])
    act(() => result.current.onFocus())
    type('abc', [old])
    expect(ids()).toEqual([])
    act(() => result.current.onBlur())
    expect(ids()).toEqual(['OLD'])
  })

  test('shows it after the click where the field is left by pressing a button', () => {
    const { result, ids, type } = open()
    act(() => result.current.onFocus())
    type('ab', [fresh])
    fireEvent.mouseDown(document.body)
    act(() => result.current.onBlur())
    act(() => void vi.advanceTimersByTime(10 * TYPING_PAUSE_MS))
    expect(ids()).toEqual([])
    fireEvent.mouseUp(document.body)
    fireEvent.click(document.body)
    expect(ids()).toEqual(['NEW'])
  })
})
