/** What the operator serves over HTTP: the listener, probes, metrics, deliveries. The front door of this folder. */
export { type ListenAddress, parseListenAddress } from './address.ts';
export { type Delivery, DeliveryLog } from './deliveries.ts';
export { type HealthCheck, healthRoutes } from './health.ts';
export { type HttpListener, listen, plainText, type Route } from './http.ts';
export { Metrics, type SetRun } from './metrics.ts';
export { RateLimit } from './rate.ts';
