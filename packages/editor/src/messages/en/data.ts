/** Texts about how long runs are kept, and about deleting them, in English. A page loads them with the first view that shows them. */
export const enData = {
  'data.keepDays': 'Keep runs for (days)',
  'data.keepDaysHelp': 'Counted from the end of a run. Applies to all runs of this workflow once you publish.',
  'data.keepDaysDefault': 'As for all workflows',
  'data.kept': 'Runs are kept for at most {days, plural, one {# day} other {# days}}',

  'data.delete.open': 'Delete run',
  'data.delete.title': 'Delete this run?',
  'data.delete.text':
    'Its log, inputs and outputs are deleted, with the runs that it has started. You cannot undo this.',
  'data.delete.done': 'The run was deleted.',
  'data.delete.failed': 'The run could not be deleted. Try again.',
} as const
