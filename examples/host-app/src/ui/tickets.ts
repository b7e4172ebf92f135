/** A few tickets of the demo, one for each way through the router. */
export const TICKETS = [
  { ticket_id: 'T-12345', customer_id: 'C-789', customer: 'Noor Haddad', text: "My order hasn't arrived!" },
  {
    ticket_id: 'T-12346',
    customer_id: 'C-412',
    customer: 'Eli Brandt',
    text: 'Thanks, the tent is perfect and the delivery was quick.',
  },
  {
    ticket_id: 'T-12347',
    customer_id: 'C-101',
    customer: 'Rosa Klein',
    text: 'I want a refund, the lamp came damaged.',
  },
  {
    ticket_id: 'T-12348',
    customer_id: 'C-230',
    customer: 'Theo Park',
    text: 'The stove is broken and you do not answer. This is terrible.',
  },
] as const
