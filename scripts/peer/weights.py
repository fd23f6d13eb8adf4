"""Makes the peer's table of weights of a catalogue: how alike two films' likers are (cosine), the diagonal left out."""

import json
import sqlite3
import sys

import numpy

catalogue, folder = sys.argv[1:]
database = sqlite3.connect(f"file:{catalogue}?mode=ro", uri=True)

genres = {}
for film, genre in database.execute(
    "select movie_id, name from movie_genres join genres on genres.id = genre_id order by movie_id, place"
):
    genres.setdefault(film, []).append(genre)
films = [
    {"id": film, "title": title, "year": year, "genres": genres.get(film, [])}
    for film, title, year in database.execute("select id, title, year from movies order by id")
]
place = {film["id"]: at for at, film in enumerate(films)}

viewers = {}
likes = database.execute("select viewer_id, movie_id from ratings where halves >= 8").fetchall()
seen = numpy.zeros((len({viewer for viewer, _ in likes}), len(films)), dtype=numpy.float32)
for viewer, film in likes:
    seen[viewers.setdefault(viewer, len(viewers)), place[film]] = 1
together = seen.T @ seen
norm = numpy.sqrt(numpy.maximum(together.diagonal(), 1))
weights = (together / norm / norm[:, None]).astype(numpy.float32)
numpy.fill_diagonal(weights, 0)

numpy.save(f"{folder}/weights.npy", weights)
with open(f"{folder}/films.json", "w", encoding="utf-8") as file:
    json.dump(films, file)
