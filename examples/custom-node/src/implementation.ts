import { TenonError } from '@tenon/core/errors'
import { type AnyNodeImplementation, implementNode } from '@tenon/core/node'
import { encodePathSegment } from '@tenon/core/text'
import { z } from 'zod'
import { parcelStatus } from './definition.ts'

export interface ParcelNodesOptions {
  /** Address of the carriers' API: `https://carriers.example`. */
  readonly baseUrl: string
}

const Answer = z.object({ state: z.enum(['moving', 'delivered', 'lost']), place: z.string() })

/** The node types of this package, to be given to the server beside the built-in ones. */
export function createParcelNodes({ baseUrl }: ParcelNodesOptions): readonly AnyNodeImplementation[] {
  return [
    implementNode(parcelStatus, async ({ params, http, abortSignal, log }) => {
      const { carrier, trackingNumber } = params
      const url = `${baseUrl}/${carrier}/parcels/${encodePathSegment(trackingNumber)}`
      const response = await http.request(url, { abortSignal })
      if (response.status === 404) return { port: 'unknown', output: {} }
      if (!response.ok) {
        throw new TenonError('HTTP_STATUS', `${carrier} answered ${response.status}`, {
          retryable: response.status >= 500,
          details: { status: response.status },
        })
      }
      const answer = Answer.safeParse(await response.json())
      if (!answer.success) throw new TenonError('HTTP_RESPONSE_INVALID', `${carrier} answered something else`)
      const parcel = answer.data
      log('info', `The parcel is ${parcel.state}`)
      return { port: 'found', output: { parcel } }
    }),
  ]
}
