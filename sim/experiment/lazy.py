"""Mappings and sequences whose values are read when somebody asks for them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar, overload

T = TypeVar("T")


class LazyMapping(Mapping[str, T]):
    """Values by name, each got anew whenever it is asked for."""

    def __init__(self, names: Sequence[str], get: Callable[[str], T]) -> None:
        self._names = tuple(names)
        self._get = get

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        return self._get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class LazySequence(Sequence[T]):
    """Values by place, each got anew whenever it is asked for."""

    def __init__(self, length: int, get: Callable[[int], T]) -> None:
        self._places = range(length)
        self._get = get

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        if isinstance(place, slice):
            return [self._get(each) for each in self._places[place]]
        return self._get(self._places[place])

    def __len__(self) -> int:
        return len(self._places)
