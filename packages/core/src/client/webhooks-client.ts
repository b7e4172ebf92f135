import type { Page } from '../api/types.ts'
import type {
  CreateWebhookEndpoint,
  UpdateWebhookEndpoint,
  WebhookDelivery,
  WebhookDeliveryDetails,
  WebhookDeliveryState,
  WebhookEndpoint,
  WebhookSecret,
} from '../api/webhook-endpoint-types.ts'
import type { TenonError } from '../errors/tenon-error.ts'
import type { RequestOptions } from './options.ts'

/** The part of the client that reads and changes the addresses to which events are sent; for admins. */
export interface WebhooksClient {
  /** Lists a page of endpoints, last created first; `limit` is 1 to 200. @throws {@link TenonError} `CURSOR_INVALID`. */
  list(query?: { cursor?: string; limit?: number }, options?: RequestOptions): Promise<Page<WebhookEndpoint>>
  /** Creates an endpoint. @throws {@link TenonError} `QUOTA_EXCEEDED`, `KEY_PROVIDER_REQUIRED`. */
  create(body: CreateWebhookEndpoint, options?: RequestOptions): Promise<WebhookEndpoint>
  /** Reads an endpoint. @throws {@link TenonError} `ENDPOINT_NOT_FOUND`. */
  get(endpointId: string, options?: RequestOptions): Promise<WebhookEndpoint>
  /** Changes an endpoint, or enables or disables it. @throws {@link TenonError} `ENDPOINT_NOT_FOUND`. */
  update(endpointId: string, body: UpdateWebhookEndpoint, options?: RequestOptions): Promise<WebhookEndpoint>
  /** Deletes an endpoint with its deliveries. @throws {@link TenonError} `ENDPOINT_NOT_FOUND`. */
  remove(endpointId: string, options?: RequestOptions): Promise<void>
  /** Reads the secret of an endpoint. @throws {@link TenonError} `ENDPOINT_NOT_FOUND`, `KEY_PROVIDER_REQUIRED`. */
  secret(endpointId: string, options?: RequestOptions): Promise<WebhookSecret>
  /**
   * Replaces the secret of an endpoint; deliveries are signed with both for a day.
   *
   * @throws {@link TenonError} `ENDPOINT_NOT_FOUND`; `SECRET_ROTATION_IN_PROGRESS` until the previous secret has expired.
   */
  rotateSecret(endpointId: string, options?: RequestOptions): Promise<WebhookSecret>
  /** Sends an event of the type `endpoint.test` once. @throws {@link TenonError} `ENDPOINT_NOT_FOUND`. */
  test(endpointId: string, options?: RequestOptions): Promise<WebhookDeliveryDetails>
  /** Lists a page of deliveries, newest first. @throws {@link TenonError} `ENDPOINT_NOT_FOUND`, `CURSOR_INVALID`. */
  deliveries(
    endpointId: string,
    query?: { state?: WebhookDeliveryState; cursor?: string; limit?: number },
    options?: RequestOptions,
  ): Promise<Page<WebhookDelivery>>
  /** Reads a delivery. @throws {@link TenonError} `ENDPOINT_NOT_FOUND`, `DELIVERY_NOT_FOUND`. */
  delivery(endpointId: string, deliveryId: string, options?: RequestOptions): Promise<WebhookDeliveryDetails>
  /**
   * Delivers an event again.
   *
   * @throws {@link TenonError} `ENDPOINT_NOT_FOUND`, `DELIVERY_NOT_FOUND`, `ENDPOINT_DISABLED`.
   */
  replay(endpointId: string, deliveryId: string, options?: RequestOptions): Promise<WebhookDelivery>
  /**
   * Delivers up to 1,000 failed events again, oldest first; `hasMore` says whether more have failed.
   *
   * @throws {@link TenonError} `ENDPOINT_NOT_FOUND`, `ENDPOINT_DISABLED`.
   */
  replayFailed(
    endpointId: string,
    options?: RequestOptions,
  ): Promise<{ readonly replayed: number; readonly hasMore: boolean }>
}
