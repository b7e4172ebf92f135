import { implementInlineNode } from '@tenon/core/node'
import { ALL_PORTS } from '@tenon/core/run'
import { fork } from './definition.ts'

export const forkNode = implementInlineNode(fork, () => ({ port: ALL_PORTS, output: {} }))
