// @vitest-environment jsdom
import type { RunFailure } from '@tenon/core/run'
import { screen } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { AttemptList } from './attempt-list.tsx'

function show(error: RunFailure) {
  const attempt = { attempt: 1, pass: 1, startedAt: 0, endedAt: 1, how: 'failed', error } as const
  renderPart(<AttemptList attempts={[attempt]} moment={1} />)
  return () => [...screen.getByRole('listitem').querySelectorAll('.tn-error-code')].map((code) => code.textContent)
}

const fault = { code: 'RETRY_CONDITION_FAILED', message: 'The condition cannot be evaluated' }

describe('AttemptList', () => {
  test('shows the failure that the condition to try again could not judge before that of the condition', () => {
    const codes = show({ ...fault, details: { error: { code: 'HTTP_STATUS', message: '503 from the help desk' } } })
    expect(codes()).toEqual(['HTTP_STATUS', 'RETRY_CONDITION_FAILED'])
    expect(screen.getByText('503 from the help desk')).toBeTruthy()
    expect(screen.getByText('The condition cannot be evaluated')).toBeTruthy()
  })

  test.each([{}, { error: 'lost' }, { error: { code: 7 } }])(
    'shows only the failure of the condition with %o',
    (details) => {
      expect(show({ ...fault, details })()).toEqual(['RETRY_CONDITION_FAILED'])
    },
  )
})
