import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { createPlaces, placesOf } from '../../services/gateway/admission/in-flight.ts';

const response = (): ServerResponse => new EventEmitter() as unknown as ServerResponse;

describe('places for token requests', () => {
  it('are taken by no address alone, so that there is one for another', () => {
    const places = createPlaces(100, 'in_flight');
    const taken = Array.from({ length: 100 }, () => places.take('192.0.2.1', response())).filter(Boolean).length;
    assert.equal(taken, 75);
    assert.equal(places.areTaken(), false);
    assert.equal(places.take('192.0.2.2', response()), true);
  });

  it('are taken by no hosted tenant alone, however many networks ask there', () => {
    const all = createPlaces(100, 'in_flight');
    const places = placesOf('acme', all);
    const taken = Array.from({ length: 100 }, (_, n) => places.take(`192.0.2.${String(n)}`, response()));
    assert.equal(taken.filter(Boolean).length, 75);
    assert.equal(placesOf('globex', all).take('192.0.2.1', response()), true);
    assert.equal(all.take('192.0.2.1', response()), true);
  });

  it('are as many as there may be, and free again when the answer is over', () => {
    const places = createPlaces(3, 'in_flight');
    const responses = ['a', 'b', 'c'].map((network) => {
      const taken = response();
      assert.equal(places.take(network, taken), true);
      return taken;
    });
    assert.equal(places.areTaken(), true);
    assert.equal(places.take('d', response()), false);
    responses[0]?.emit('close');
    assert.equal(places.areTaken(), false);
    assert.equal(places.take('d', response()), true);
  });
});
