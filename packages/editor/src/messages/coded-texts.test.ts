import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { failureTexts } from './coded-texts.ts'
import { en } from './en/index.ts'
import { createTranslate } from './format.ts'

describe('failureTexts', () => {
  const failure = { code: 'RATE_LIMITED', message: 'More than 600 requests', remedy: 'Wait.', details: { limit: 600 } }

  test('are those of the failure where the host gives none', () => {
    expect(failureTexts(failure, createTranslate(en, 'en'))).toEqual({ why: failure.message, remedy: 'Wait.' })
    expect(failureTexts({ code: 'X', message: 'm' }, createTranslate(en, 'en'))).toEqual({ why: 'm', remedy: '' })
  })

  test('are those of the host by code, with scalar details and the original in them', () => {
    const t = createTranslate(
      {
        ...en,
        'error.RATE_LIMITED': 'Mehr als {limit} Anfragen ({message}){nested}',
        'remedy.RATE_LIMITED': 'Bitte warten: {remedy}',
      },
      'de',
    )
    const error = new TenonError('RATE_LIMITED', 'Too many', { details: { limit: 600, nested: {} } })
    expect(failureTexts(error, t)).toEqual({
      why: 'Mehr als 600 Anfragen (Too many){nested}',
      remedy: `Bitte warten: ${error.remedy}`,
    })
    for (const details of [null, [1], 'text']) {
      expect(failureTexts({ ...failure, details }, t).why).toBe(
        'Mehr als {limit} Anfragen (More than 600 requests){nested}',
      )
    }
  })

  test('names of the prototype are no texts of the host', () => {
    const t = createTranslate({ ...en }, 'en')
    expect(t.ofCode('error.toString')).toBeNull()
  })
})
