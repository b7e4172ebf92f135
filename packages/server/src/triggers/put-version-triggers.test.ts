import { defineNode, toManifest, webhookParams } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { triggerNodesOf } from './put-version-triggers.ts'

test('the defaults of a node type are those of its triggers', () => {
  const definition = defineNode({
    ...{ type: 'chat/event', version: 1, title: 'Event', description: 'Begins', icon: 'M4 12h16', category: 'trigger' },
    ...{ control: 'trigger', trigger: 'webhook', inline: true, summary: '', effect: 'none' },
    params: webhookParams.extend({ signature: z.enum(['slack']).default('slack') }),
    ports: [{ name: 'success', title: 'success' }],
    outputs: { success: z.unknown() },
  })
  const [trigger] = triggerNodesOf(toManifest([definition]), workflow([node('hook', 'chat/event')], []))
  expect(JSON.parse(trigger?.params ?? '')).toMatchObject({ signature: 'slack', method: 'POST', tolerance: '5m' })
  expect(trigger?.issues).toEqual([])
})
