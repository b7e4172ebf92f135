import { expect, test } from 'vitest'
import { eventClassOf, isTerminalEvent, RUN_EVENT_TYPES } from './event-class.ts'

test('eventClassOf classifies facts, decisions and observations', () => {
  expect(eventClassOf('node_completed')).toBe('fact')
  expect(eventClassOf('node_scheduled')).toBe('decision')
  expect(eventClassOf('node_log')).toBe('observation')
})

test('RUN_EVENT_TYPES has every type once', () => {
  expect(new Set(RUN_EVENT_TYPES).size).toBe(RUN_EVENT_TYPES.length)
  expect(RUN_EVENT_TYPES.filter((type) => eventClassOf(type) === 'fact')).toEqual([
    'run_started',
    'outcomes_reused',
    'node_completed',
    'node_failed',
    'node_canceled',
    'node_suspended',
    'node_skipped',
    'timer_fired',
    'approval_decided',
    'event_received',
    'child_finished',
    'cancel_requested',
    'pause_requested',
    'resume_requested',
    'migrate_requested',
    'migration_withdrawn',
    'engine_change_requested',
    'compensation_skip_requested',
    'parked_resolved',
  ])
})

test('isTerminalEvent names the three ends of a run', () => {
  expect(RUN_EVENT_TYPES.filter(isTerminalEvent)).toEqual(['run_completed', 'run_error', 'run_canceled'])
})
