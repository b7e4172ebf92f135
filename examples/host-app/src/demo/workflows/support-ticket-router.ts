import type { CreateWorkflow } from '@tenon/core/api'
import { documentOf, edges, node } from './build.ts'

/** Scenario S1: a ticket is analyzed, checked against the policy, answered or escalated, with a person in doubt. */
export function supportTicketRouter(desk: string): CreateWorkflow {
  const nodes = [
    node('start', 'start', 'New ticket', [0, 1], {
      inputSchema: {
        type: 'object',
        required: ['ticket_id', 'text', 'customer_id'],
        properties: {
          ticket_id: { type: 'string', title: 'Ticket', examples: ['T-12345'] },
          text: { type: 'string', title: 'Message', examples: ["My order hasn't arrived!"] },
          customer_id: { type: 'string', title: 'Customer', examples: ['C-789'] },
        },
      },
    }),
    node(
      'analyze',
      'llm-transform',
      'Analyze ticket',
      [1, 1],
      {
        prompt:
          'Judge this support ticket: how glad the customer sounds (0 to 1), what it is about, how urgent it is.\n\n<text>{{ input.text }}</text>',
        schema: {
          type: 'object',
          required: ['sentiment', 'category', 'urgency'],
          properties: {
            sentiment: { type: 'number', minimum: 0, maximum: 1, description: '0 angry, 1 glad' },
            category: { type: 'string', enum: ['shipping', 'refund', 'quality', 'other'] },
            urgency: { type: 'string', enum: ['normal', 'high'] },
          },
        },
      },
      { onError: 'fail' },
    ),
    node('policy', 'guardrails', 'Check policy', [2, 1], {
      policy: 'No refunds without manager approval. Escalate if the customer is a VIP.',
      text: '{{ input.text }}',
    }),
    node('review', 'approval', 'Manual review', [3, 2], {
      title: 'Review ticket {{ input.ticket_id }}',
      message: '{{ input.text }}',
      evidence: {
        ticket: '{{ trigger.ticket_id }}',
        customer: '{{ trigger.customer_id }}',
        category: '{{ input.category }}',
        sentiment: '{{ input.sentiment }}',
        reason: '{{ input.guardrails.reason }}',
      },
      timeout: '4h',
    }),
    node('happy', 'if-else', 'Happy customer?', [4, 1], {
      left: '{{ input.sentiment }}',
      operator: '>',
      right: 0.7,
    }),
    node(
      'respond',
      'llm-transform',
      'Auto-respond',
      [5, 0],
      {
        prompt: 'Write one friendly sentence of thanks for this ticket.\n\n<text>{{ input.text }}</text>',
        schema: { type: 'object', required: ['reply'], properties: { reply: { type: 'string' } } },
      },
      { onError: 'fail' },
    ),
    node('answered', 'end', 'Answered', [6, 0], { outcome: 'answered' }),
    node('parallel', 'fork', 'In parallel', [5, 1.6], {
      branches: [
        { id: 'ticket', title: 'ticket' },
        { id: 'crm', title: 'crm' },
      ],
    }),
    node('escalate', 'http-call', 'Escalate to a person', [6, 1.1], {
      method: 'POST',
      url: '{{ vars.desk }}/tickets',
      honorsIdempotencyKey: true,
      body: {
        ticketId: '{{ input.ticket_id }}',
        subject: '{{ input.text }}',
        priority: '{{ input.urgency }}',
        customerId: '{{ input.customer_id }}',
      },
    }),
    node('crm', 'http-call', 'Log to the CRM', [6, 2.1], {
      method: 'POST',
      url: '{{ vars.desk }}/customers/{{ input.customer_id }}/notes',
      honorsIdempotencyKey: true,
      body: { note: 'Ticket {{ input.ticket_id }} escalated: {{ input.category }}' },
    }),
    node('both', 'join', 'Both done', [7, 1.6], {}),
    node('escalated', 'end', 'Escalated', [8, 1.6], {
      outcome: 'escalated',
      output: {
        ticket_id: '{{ input.ticket_id }}',
        customer_id: '{{ input.customer_id }}',
        text: '{{ input.text }}',
        sentiment: '{{ input.sentiment }}',
        category: '{{ input.category }}',
        urgency: '{{ input.urgency }}',
        escalation: '{{ nodes.escalate.output.body ?? null }}',
        notes: '{{ nodes.crm.output.body?.notes ?? null }}',
      },
    }),
    node('rejected', 'end', 'Rejected', [4, 3], { outcome: 'rejected' }),
  ]
  return {
    name: 'Support ticket router',
    description: 'Answers glad customers, escalates the others, and asks a person when the policy says so.',
    document: documentOf(
      nodes,
      edges(
        'start > analyze',
        'analyze > policy',
        'policy.pass > happy',
        'policy.fail > review',
        'review.approve > happy',
        'review.reject > rejected',
        'review.timeout > rejected',
        'happy.true > respond',
        'respond > answered',
        'happy.false > parallel',
        'parallel.ticket > escalate',
        'parallel.crm > crm',
        'escalate > both',
        'crm > both',
        'both > escalated',
      ),
      { desk },
    ),
  }
}
