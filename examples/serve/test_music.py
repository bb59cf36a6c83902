from music import connect, make_songs


def test_songs_are_kept(endpoint):
    songs = make_songs(connect(endpoint))
    songs.put_item(Item={'artist': 'Mara Vance', 'title': 'Late Tram'})
    assert songs.scan()['Count'] == 1


def test_each_test_starts_empty(endpoint):
    assert list(connect(endpoint).tables.all()) == []
