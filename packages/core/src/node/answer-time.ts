import { z } from 'zod'

/** Time for which a caller waits for a run: above 0, and at most two minutes, since proxies on the way give up then. */
export const ANSWER_TIME = /^([1-9][0-9]{0,4}ms|1[01][0-9]{4}ms|120000ms|[1-9][0-9]?s|1[01][0-9]s|120s|[12]m)$/

/** Message about a text that is no {@link ANSWER_TIME}. */
export const ANSWER_TIME_FAULT = 'Write a number and ms, s or m, at most 2m'

/** Param of a trigger that may answer with what the run says: the longest wait for it. */
export const answerWithinParam = z
  .string()
  .regex(ANSWER_TIME, ANSWER_TIME_FAULT)
  .default('30s')
  .meta({
    title: 'Longest wait',
    control: 'duration',
    units: ['s', 'm'],
    literal: true,
    dependsOn: { param: 'answer', in: ['run'] },
  })
