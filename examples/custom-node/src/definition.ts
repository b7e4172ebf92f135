import { defineNode } from '@tenon/core/node'
import { z } from 'zod'

/** Asks the carrier where a parcel is. Data only: a browser may import it. */
export const parcelStatus = defineNode({
  type: 'parcel/status',
  version: 1,
  title: 'Parcel status',
  description: 'Where a parcel is',
  icon: 'M12 3.5 20 8v8l-8 4.5L4 16V8zM4.3 8.2 12 12.5l7.7-4.3M12 12.5v8',
  category: 'data',
  params: z.object({
    trackingNumber: z
      .string()
      .trim()
      .min(1)
      .meta({ title: 'Tracking number', control: 'text', placeholder: '{{input.tracking_number}}' }),
    carrier: z.enum(['north', 'south']).default('north').meta({ title: 'Carrier', control: 'select' }),
  }),
  ports: [
    { name: 'found', title: 'found' },
    { name: 'unknown', title: 'unknown', description: 'The carrier does not know the number' },
  ],
  outputs: {
    found: z.object({ parcel: z.object({ state: z.enum(['moving', 'delivered', 'lost']), place: z.string() }) }),
    unknown: z.object({}),
  },
  summary: 'Asks {carrier} for {trackingNumber}',
  effect: 'read',
  policy: { timeout: '10s', retry: { maximumAttempts: 5, initialInterval: '1s' } },
})
