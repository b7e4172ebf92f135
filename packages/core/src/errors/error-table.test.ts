import { expect, test } from 'vitest'
import { ERROR_TABLE } from './error-table.ts'
import { EXPRESSION_ERRORS } from './expression-errors.ts'
import { NODE_ERRORS } from './node-errors.ts'
import { REQUEST_ERRORS } from './request-errors.ts'
import { RUN_ERRORS } from './run-errors.ts'
import { STORAGE_ERRORS } from './storage-errors.ts'

test('has each code in one of its parts only', () => {
  const codes = [REQUEST_ERRORS, RUN_ERRORS, NODE_ERRORS, EXPRESSION_ERRORS, STORAGE_ERRORS].flatMap(Object.keys)
  expect(Object.keys(ERROR_TABLE).toSorted()).toEqual(codes.toSorted())
})
