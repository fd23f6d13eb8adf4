"""The pattern's well-known shape in Python: Flask takes the request, Celery computes, Redis is between them.

The same job as Marquee's: films that are liked in, the twenty best of the others out, with title, year, genres and
reasons. The model is linear: a film's score is the sum of what each liked film says about it, from a table of weights
that every process has in memory. It was made of the same ratings (see weights.py).
"""

import json
import os

import numpy
from celery import Celery
from flask import Flask, jsonify, request

REDIS = os.environ["PEER_REDIS"]
FOLDER = os.environ["PEER_DATA"]
FILMS_OUT, REASONS = 20, 5

queue = Celery("peer", broker=REDIS, backend=REDIS)
queue.conf.update(
    result_expires=600, task_track_started=True, worker_prefetch_multiplier=4, broker_connection_retry_on_startup=True
)
web = Flask("peer")

with open(os.path.join(FOLDER, "films.json"), encoding="utf-8") as file:
    films = json.load(file)
position = {film["id"]: place for place, film in enumerate(films)}
weights = numpy.load(os.path.join(FOLDER, "weights.npy"), mmap_mode="r")


@queue.task(name="predict")
def predict(liked):
    rows = [position[film] for film in liked if film in position]
    says = numpy.asarray(weights[rows])
    scores = says.sum(axis=0)
    scores[rows] = -numpy.inf
    best = numpy.argpartition(-scores, FILMS_OUT)[:FILMS_OUT]
    best = best[numpy.argsort(-scores[best])]
    result = []
    for place in best:
        shares = says[:, place]
        total = float(shares[shares > 0].sum()) or 1.0
        top = numpy.argsort(-shares)[:REASONS]
        reasons = [
            {"id": films[rows[at]]["id"], "title": films[rows[at]]["title"], "share": float(shares[at]) / total}
            for at in top
        ]
        result.append({**films[place], "score": float(scores[place]), "reasons": reasons})
    return result


@web.post("/api/predict")
def schedule():
    job = predict.delay(request.get_json()["input-data"]["liked"])
    return jsonify({"status": "working", "result-id": job.id}), 202


@web.get("/api/get-result/<job_id>")
def result(job_id):
    job = predict.AsyncResult(job_id)
    if job.successful():
        return jsonify({"status": "SUCCESS", "result": job.result})
    return jsonify({"status": job.state})
