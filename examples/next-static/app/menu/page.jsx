const dishes = [
  { name: "Two eggs on rye", price: 6.5, about: "Fried in brown butter, with chives" },
  { name: "Kipper", price: 9, about: "Smoked next door, with a lemon" },
  { name: "Porridge", price: 5, about: "Salt or honey, we do not judge" },
  { name: "Filter coffee", price: 2.5, about: "As often as you like until nine" },
];

export const metadata = { title: "Menu" };

export default function Menu() {
  return (
    <>
      <h1>Menu</h1>
      <dl>
        {dishes.map((dish) => (
          <div key={dish.name}>
            <dt>{dish.name}</dt>
            <dd>{dish.about}</dd>
            <dd className="price">{dish.price.toFixed(2)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
