import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { requiredText } from '../shared/params.ts'

/** Starts a run of another workflow, and continues with its result or at once. */
export const runWorkflow = defineNode({
  type: 'run-workflow',
  version: 1,
  title: 'Run a workflow',
  description: 'Start another workflow',
  icon: 'M4 4.5h7v5H4zM13 14.5h7v5h-7zM7.5 9.5V17H13M10.5 14.5 13 17l-2.5 2.5',
  category: 'flow',
  control: 'child',
  inline: true,
  params: z.object({
    workflow: requiredText(400).meta({
      title: 'Workflow',
      description: 'The workflow to run. Its latest version when you publish is the one that runs.',
      control: 'workflow',
      literal: true,
    }),
    input: z.record(z.string().min(1).max(128), z.unknown()).default({}).meta({
      title: 'Input',
      description: 'Input of the run, as its start node describes it.',
      control: 'workflow-input',
    }),
    wait: z.boolean().default(true).meta({
      title: 'Wait for the result',
      description:
        'If on, this node ends with the run and has its output. If off, it continues as soon as the run is stored.',
      control: 'switch',
      literal: true,
    }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({
      runId: z.string().meta({ description: 'Id of the run that was started.' }),
      status: z.enum(['started', 'completed']),
      outcome: z.string().nullable().meta({ description: 'Outcome of the run; null without waiting.' }),
      output: z.unknown().meta({ description: 'Output of the run; null without waiting.' }),
    }),
  },
  summary: 'Runs {workflow}',
  effect: 'none',
  tool: { name: 'run_workflow', description: 'Runs another workflow and returns its result' },
})
