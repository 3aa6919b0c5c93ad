"""ImageNet: the mean of its pictures, and the names of its classes, as far as a picture of sport brings them up.

The numbers are those of ImageNet-1k (ILSVRC 2012), whose classes are noun synsets of WordNet. The table holds every
class that is often among the five likeliest of EfficientNet-Lite0 on the course's photos; the others are numbers.
"""

CLASSES = 1000
MEAN_BGR = (103.939, 116.779, 123.68)  # of all pictures, 0 to 255: blue, green, red
_NAMES = """
403 aircraft carrier, 404 airliner, 405 airship, 407 ambulance, 408 amphibian, 409 analog clock, 416 balance beam,
417 balloon, 419 adhesive bandage, 421 bannister, 422 barbell, 429 baseball, 430 basketball, 433 bathing cap,
439 bearskin, 445 bikini, 446 binder, 447 binoculars, 450 bobsled, 456 bow, 462 broom, 468 cab, 473 can opener,
477 carpenter's kit, 478 carton, 479 car wheel, 491 chain saw, 498 cinema, 510 container ship, 511 convertible,
517 crane, 518 crash helmet, 520 crib, 522 croquet ball, 526 desk, 530 digital clock, 539 doormat, 543 dumbbell,
545 electric fan, 549 envelope, 555 fire engine, 556 fire screen, 557 flagpole, 573 go-kart, 574 golf ball,
575 golf cart, 584 hair slide, 589 hand blower, 595 harvester, 600 hook, 602 horizontal bar, 610 jersey,
611 jigsaw puzzle, 613 joystick, 615 knee pad, 620 laptop, 621 lawn mower, 624 library, 627 limousine, 628 liner,
632 loudspeaker, 633 loupe, 638 maillot, 644 matchstick, 645 maypole, 646 maze, 650 microphone, 661 Model T,
662 modem, 664 monitor, 670 motor scooter, 674 mousetrap, 688 oscilloscope, 692 packet, 693 paddle, 701 parachute,
702 parallel bars, 705 passenger car, 710 pencil sharpener, 718 pier, 722 ping-pong ball, 723 pinwheel,
727 planetarium, 733 pole, 734 police van, 736 pool table, 741 prayer rug, 743 prison, 746 puck, 749 quill,
751 racer, 752 racket, 754 radio, 767 rubber eraser, 768 rugby ball, 769 rule, 781 scoreboard, 782 screen,
788 shoe shop, 789 shoji, 790 shopping basket, 791 shopping cart, 795 ski, 800 slot machine, 802 snowmobile,
803 snowplow, 805 soccer ball, 807 solar dish, 808 sombrero, 811 space heater, 813 spatula, 814 speedboat,
817 sports car, 818 spotlight, 819 stage, 821 steel arch bridge, 828 strainer, 830 stretcher, 832 stupa,
835 sundial, 840 swab, 842 swimming trunks, 843 swing, 844 switch, 851 television, 852 tennis ball,
854 theater curtain, 856 thresher, 862 torch, 864 tow truck, 865 toyshop, 866 tractor, 867 trailer truck, 868 tray,
870 tricycle, 877 turnstile, 879 umbrella, 880 unicycle, 890 volleyball, 895 warplane, 902 whistle, 908 wing,
916 web site, 917 comic book, 919 street sign, 920 traffic light, 921 book jacket, 977 sandbar, 978 seashore,
981 ballplayer
"""


def class_names() -> list[str]:
    """Give the names of the 1,000 classes in the order of a network's outputs; "class 71" where the table has none."""
    known = dict(entry.split(maxsplit=1) for entry in " ".join(_NAMES.split()).split(", "))
    return [known.get(str(number), f"class {number}") for number in range(CLASSES)]
