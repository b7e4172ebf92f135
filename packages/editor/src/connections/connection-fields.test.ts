import type { ConnectorInfo } from '@tenon/core/client'
import { expect, test } from 'vitest'
import { isOffered } from './connection-fields.ts'

const slack: ConnectorInfo = {
  id: 'slack',
  title: 'Slack',
  auth: 'bearer',
  fields: [],
  allowedHosts: [],
  canTest: true,
}

test.each([
  [undefined, true],
  ['http', true],
  ['slack', true],
  ['github', false],
  ['postgres', false],
])('a connection of Slack fits a param that connects to %s: %s', (connectsTo, isFit) => {
  expect(isOffered(slack, connectsTo)).toBe(isFit)
})
